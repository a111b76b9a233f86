from typing import Optional

import fastapi
import pydantic

app = fastapi.FastAPI()


class Item(pydantic.BaseModel):
    name: str
    size: Optional[int] = None


@app.post("/items/{number}", response_model=Item)
def create(number: int, item: Item, q: str = fastapi.Query("x")):
    return item


schema = app.openapi()
assert "/items/{number}" in schema["paths"]
