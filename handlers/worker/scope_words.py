"""The word list of the scope rule: the only one of its kind in this house. An import contract keeps
everything but the worker's own turn away from it.
"""

STRONG = r"\b(?:(?:dinh|bai|lan) cong|bieu tinh|ngung viec tap the|lap nghiep doan|on strike)\b"
SUBSTANCE = r"\b(?:danh (?:em|nguoi|toi)|doa|no luong|duoi viec|tai nan)\b"
