import io

import paramiko

key = paramiko.RSAKey.generate(2048)
stream = io.StringIO()
key.write_private_key(stream)
stream.seek(0)
assert paramiko.RSAKey.from_private_key(stream).get_base64() == key.get_base64()
assert paramiko.SSHClient() is not None
