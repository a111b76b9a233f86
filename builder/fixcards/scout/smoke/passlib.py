from passlib.hash import bcrypt, pbkdf2_sha256

assert pbkdf2_sha256.verify("a", pbkdf2_sha256.hash("a"))
try:
    assert bcrypt.verify("a", bcrypt.hash("a"))
except Exception as error:
    if "MissingBackend" not in type(error).__name__:
        raise
