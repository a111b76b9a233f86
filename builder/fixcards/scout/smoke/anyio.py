import anyio


async def main():
    async with anyio.create_task_group() as group:
        group.start_soon(anyio.sleep, 0)
    with anyio.move_on_after(1):
        await anyio.to_thread.run_sync(lambda: None)


anyio.run(main)
