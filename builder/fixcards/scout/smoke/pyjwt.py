import jwt

token = jwt.encode({"sub": "a"}, "k" * 64, algorithm="HS256")
assert jwt.decode(token, "k" * 64, algorithms=["HS256"]) == {"sub": "a"}
