import kombu

with kombu.Connection("memory://") as connection:
    queue = connection.SimpleQueue("a")
    queue.put({"b": 1})
    message = queue.get(timeout=2)
    assert message.payload == {"b": 1}
    message.ack()
    queue.close()
