import asyncio

import aiohttp
from aiohttp import web


async def main():
    async def answer(request):
        return web.json_response({"path": request.path})

    app = web.Application()
    app.router.add_get("/a", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as session:
        async with session.get("http://127.0.0.1:%d/a" % port) as response:
            assert await response.json() == {"path": "/a"}
    await runner.cleanup()


asyncio.run(main())
