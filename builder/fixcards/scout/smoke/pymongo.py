import pymongo

client = pymongo.MongoClient("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=200)
try:
    client["a"]["b"].find_one({"c": 1})
except pymongo.errors.ServerSelectionTimeoutError:
    pass
else:
    raise AssertionError("something answered")
