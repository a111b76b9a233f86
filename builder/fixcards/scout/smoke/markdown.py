import markdown

assert markdown.markdown("# A\n\n*b*\n\n|c|\n|-|\n|d|", extensions=["tables"]).startswith("<h1>A</h1>")
