import motor.motor_asyncio

client = motor.motor_asyncio.AsyncIOMotorClient("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=100)
assert client["a"]["b"].full_name == "a.b"
