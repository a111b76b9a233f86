import jsonschema

schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
jsonschema.validate({"a": 1}, schema)
try:
    jsonschema.validate({"a": "x"}, schema)
except jsonschema.ValidationError as error:
    assert "x" in error.message
else:
    raise AssertionError("a wrong value was taken")
