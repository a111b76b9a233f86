import marshmallow


class Item(marshmallow.Schema):
    name = marshmallow.fields.Str(required=True)
    size = marshmallow.fields.Int()


assert Item().load({"name": "a", "size": "3"}) == {"name": "a", "size": 3}
assert Item().dump({"name": "a"}) == {"name": "a"}
