import google.auth.credentials
import google.auth.jwt
from google.auth.transport import requests

assert google.auth.credentials.AnonymousCredentials().valid
assert requests.Request() is not None
