from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

box = Fernet(Fernet.generate_key())
assert box.decrypt(box.encrypt(b"a")) == b"a"
key = ec.generate_private_key(ec.SECP256R1())
signature = key.sign(b"a", ec.ECDSA(hashes.SHA256()))
key.public_key().verify(signature, b"a", ec.ECDSA(hashes.SHA256()))
key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
