import asyncio

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


async def home(request):
    return JSONResponse({"q": request.query_params["q"]})


app = Starlette(routes=[Route("/", home)])


async def main():
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"q=a", "headers": [],
             "scheme": "http", "server": ("example.test", 80), "client": ("example.test", 1), "http_version": "1.1"}
    await app(scope, receive, send)
    assert sent[0]["status"] == 200, sent


asyncio.run(main())
