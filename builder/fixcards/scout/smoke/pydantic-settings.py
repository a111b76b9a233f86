import os

from pydantic_settings import BaseSettings

os.environ["APP_SIZE"] = "3"


class Settings(BaseSettings):
    app_size: int = 1


assert Settings().app_size == 3
