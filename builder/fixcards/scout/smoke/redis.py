import redis

client = redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=1)
try:
    client.pipeline().set("a", 1).get("a").execute()
except redis.exceptions.ConnectionError:
    pass
else:
    raise AssertionError("something answered")
