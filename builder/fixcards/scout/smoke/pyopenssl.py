from OpenSSL import SSL, crypto

key = crypto.PKey()
key.generate_key(crypto.TYPE_RSA, 2048)
certificate = crypto.X509()
certificate.get_subject().CN = "a"
certificate.set_serial_number(1)
certificate.gmtime_adj_notBefore(0)
certificate.gmtime_adj_notAfter(60)
certificate.set_issuer(certificate.get_subject())
certificate.set_pubkey(key)
certificate.sign(key, "sha256")
context = SSL.Context(SSL.TLS_METHOD if hasattr(SSL, "TLS_METHOD") else SSL.SSLv23_METHOD)
context.use_privatekey(key)
context.use_certificate(certificate)
