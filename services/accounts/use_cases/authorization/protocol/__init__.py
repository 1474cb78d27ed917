"""OAuth 2.0 and OpenID Connect as Authlib speaks them, over our own grants, codes and tokens.

Authlib reads requests, judges them as the RFCs want and names what is wrong; what is kept and what is signed is ours. A
server is made for each transaction, at a `desk.Desk`, so that nothing outlives it.
"""
