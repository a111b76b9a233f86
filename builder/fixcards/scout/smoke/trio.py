import trio


async def main():
    send, receive = trio.open_memory_channel(1)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(send.send, 1)
        assert await receive.receive() == 1


trio.run(main)
