import nbformat

book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
nbformat.validate(book)
assert nbformat.reads(nbformat.writes(book), as_version=4).cells[0].source == "1"
