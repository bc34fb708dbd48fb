"""A small multilingual transformer that reads a whole article: names, who moves, and from where to where.

`pieces` cuts a text, `network` reads it, `heads` asks it. Its verdicts are features of the linear models like all
others (`witness.py`); `docs/detection.md` says where its weights come from and how they are trained.
"""
