import attr


@attr.s(auto_attribs=True, frozen=True)
class Point:
    x: int = attr.ib(converter=int)
    y: int = 0


assert Point("3") == Point(3, 0)
assert attr.asdict(Point(1)) == {"x": 1, "y": 0}
