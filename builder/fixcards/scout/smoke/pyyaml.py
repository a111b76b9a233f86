import yaml

data = {"a": [1, {"b": None}], "c": "d: e"}
assert yaml.safe_load(yaml.safe_dump(data)) == data
