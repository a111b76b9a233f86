import io

import PyPDF2

writer = PyPDF2.PdfWriter() if hasattr(PyPDF2, "PdfWriter") else PyPDF2.PdfFileWriter()
add = getattr(writer, "add_blank_page", None) or writer.addBlankPage
add(width=10, height=10)
stream = io.BytesIO()
writer.write(stream)
assert stream.getvalue().startswith(b"%PDF")
