import io

import openpyxl

book = openpyxl.Workbook()
book.active.append(["a", 1])
stream = io.BytesIO()
book.save(stream)
assert openpyxl.load_workbook(io.BytesIO(stream.getvalue())).active["B1"].value == 1
