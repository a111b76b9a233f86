import io

from rich.console import Console
from rich.progress import track
from rich.table import Table

console = Console(file=io.StringIO(), width=40)
table = Table(title="T")
table.add_column("a")
table.add_row("1")
console.print(table)
assert "1" in console.file.getvalue()
assert list(track([1], console=console)) == [1]
