from typing import List, Optional

import pydantic


class Item(pydantic.BaseModel):
    name: str
    tags: List[str] = []
    size: Optional[int] = None


item = Item(name="a", tags=["b"], size="3")
assert item.size == 3
try:
    Item(name="a", size="x")
except pydantic.ValidationError as error:
    assert "size" in str(error)
else:
    raise AssertionError("a wrong size was taken")
