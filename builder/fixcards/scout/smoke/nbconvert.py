import nbconvert
import nbformat

book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A"), nbformat.v4.new_code_cell("1")])
body, _ = nbconvert.HTMLExporter().from_notebook_node(book)
assert "<h1" in body
