import io

from PIL import Image, ImageDraw, ImageFont

image = Image.new("RGB", (20, 20), "white")
ImageDraw.Draw(image).text((1, 1), "a", fill="black", font=ImageFont.load_default())
stream = io.BytesIO()
image.resize((10, 10)).save(stream, "PNG")
assert Image.open(io.BytesIO(stream.getvalue())).size == (10, 10)
