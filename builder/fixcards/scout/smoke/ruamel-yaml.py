import io

from ruamel.yaml import YAML

text = "a: 1 # why\nb: [2]\n"
reader = YAML()
data = reader.load(text)
stream = io.StringIO()
reader.dump(data, stream)
assert stream.getvalue() == text
