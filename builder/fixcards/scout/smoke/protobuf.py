from google.protobuf import json_format, struct_pb2, timestamp_pb2

stamp = timestamp_pb2.Timestamp()
stamp.FromSeconds(5)
assert timestamp_pb2.Timestamp.FromString(stamp.SerializeToString()).seconds == 5
value = json_format.Parse('{"a": [1]}', struct_pb2.Struct())
assert json_format.MessageToDict(value) == {"a": [1.0]}
