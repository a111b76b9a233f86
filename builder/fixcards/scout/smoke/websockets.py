import asyncio

import websockets


async def main():
    async def echo(socket, path=None):
        await socket.send(await socket.recv())

    async with websockets.serve(echo, "127.0.0.1", 0) as server:
        port = list(server.sockets)[0].getsockname()[1]
        async with websockets.connect("ws://127.0.0.1:%d" % port) as socket:
            await socket.send("a")
            assert await socket.recv() == "a"


asyncio.run(main())
