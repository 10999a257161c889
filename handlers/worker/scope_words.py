"""The word list of the scope rule: the only one of its kind in this house. An import contract keep
    s
everything but the worker's own turn away from it.

Words stand without marks, as `plain_words` makes them; a line is one pattern, and an indented one
goes on with the line before.
"""

PEOPLE = "(?:cong nhan|moi nguoi|anh em|chi em|ba con|tui em|chung em|chung toi|minh)"

SURE = r"""
(?<!\bquy )(?<!(?<!\btham )\bgia )(?<!\bnhat )
    (?<!\bxac )(?<!\bchi )(?<!\bdu )(?<!\bon )(?<!\bquyet )(?<!\by )
    (?:dinh|dih|ding|din|dihn) (?:cong|cog|cogn|comg|congg|kong)
    (?! (?:ty|ti|nhan|an|tac|bo|viec|khai|suat|trinh|tien|them|doan)\b
    )
bai cong(?! (?:ty|ti|nhan|an|viec|bo|khai)\b)
(?<!\d )(?<!moi )(?<!may )(?<!vai )(?<!nhieu )(?<!hai )(?<!ba )lan cong(?! (?:ty|ti|nhan|an
    |doan|bo)\b)
bieu (?:tinh|tih|tihn)|tuan hanh|dieu hanh doi|mit tinh|bang ron|bieu ngu|toa khang|lam reo
(?:ngung|dung|nghi|dinh|bo) (?:viec |lam |lam viec |san xuat )?tap the|tap the (?:ngung|nghi
    |bo) (?:viec|lam)
phap luan cong
"""
"""Looked for in every reading of the letters."""

STRONG = rf"""
(?:dong loat|ru nhau|keu goi|hen nhau|thong nhat|cung nhau|ban nhau
    |(?<!\bcho )(?<!\bbat )(?<!\bep ){PEOPLE}) (?!(?:\w+ )?(?:cho|bi|duoc) )
    (?:\w+ ){{0,4}}(?:nghi lam|ngung lam|ngung viec
    |tat may|dung may(?! (?:so|ep|cat|dap|det|tien|may|in|han|khoan|cnc|bi|thi|\d))
    |ngung may|ngung tay|bo viec|ra cong phan doi)
dong loat (?!cho |bi )(?:\w+ ){{0,2}}nghi viec
(?<!\bcho )(?<!\bbat )(?<!\bep )ca (?:xuong|chuyen|to|nha may) (?!(?:\w+ )?(?:cho|bi|duoc|phai) )
    (?:\w+ ){{0,2}}ngung viec(?! luong| vi\b| do\b| cho\b)
(?:ru|keu goi|van dong|kich dong|xui|xui giuc|loi keo) (?:\w+ )?{PEOPLE} (?:di|vao|nghi
    |ngung|lap|ky|hop|doi)\b
(?:kich dong|xui giuc) {PEOPLE}
cam dau (?:vu |cuoc )?(?:dinh|bieu|nghi|ngung|cong nhan)
{PEOPLE} keo (?:nhau )?(?:ra|len)
dau tranh (?:doi|cho|vi|quyen)
phan doi (?:quy dinh|chinh sach|cong ty|du an|luat|nha nuoc|tap the)|(?:{PEOPLE}|tap the
    |dong loat) phan doi
kien nghi (?:tap the|chung)|(?:don|thu|ban|ky|lap) kien nghi|(?:chu ky|ky ten|{PEOPLE}
    |tap the) (?:\w+ ){{0,3}}gui kien nghi
cung ky ten|ky ten (?:tap the|chung|phan doi|ung ho)|(?:ky|don|thu|khieu nai|to cao|yeu cau
    |y kien) tap the
(?:lay|gom|thu|thu thap|xin|co) (?:\d+ )?chu ky (?:cua )?(?:{PEOPLE}|ca |tap the)
    |thu thap chu ky|\d+ chu ky|thinh nguyen|thu ngo
(?:lap|thanh lap|gay dung|xay dung|doi co|muon co) (?:ra )?(?:mot |1 )?(?:cong doan
    |nghiep doan|hoi cong nhan|hoi nguoi lao dong|hoi doc lap|ban dai dien|to chuc (?:cua
    |dai dien))
(?:gia nhap|tham gia|vao|ket nap) (?:to chuc )?(?:cong doan|nghiep doan|hoi cong nhan)
(?:cong doan|nghiep doan|hoi|to chuc) (?:doc lap|tu do|rieng)
to chuc (?:dai dien |cua )?(?:nguoi lao dong|cong nhan)
bau (?:lai |cu )?(?:ban chap hanh|bch|chu tich cong doan)|bau cu
thuong luong tap the|thoa uoc (?:lao dong )?tap the|thoa uoc lao dong
hop (?:kin|bi mat|cong nhan|ban)(?! giao| giam)|{PEOPLE}
    (?: hay| dang| se| dinh)? (?:hop(?! dong| dau| to| chuyen)|tu hop|hop mat|gap nhau ban)
ban (?:\w+ )?(?:chuyen|ve|cach) (?:quyen loi|doi|cong doan|dinh cong|luong)
    |noi ve (?:quyen loi|luong)
(?<!mang )(?<!cam )(?<!xach )(?<!dem )(?<!kem )(?<!giau )theo dao|dao (?:tin lanh|thien chua
    |cong giao|cao dai|hoa hao|phat|hoi|chua)
tin lanh|thien chua|cong giao|cao dai|hoa hao|phat giao|hoi giao|ton giao|tin nguong
    |truyen dao|giang dao|cau nguyen|muc su|linh muc|kinh thanh|sach dao|hoi thanh|duc chua
chinh tri(?! tri)|dan chu|nhan quyen|cong san|tu do ngon luan|tu do bao chi
(?:noi xau|che|chui|chong|phe phan|phe binh) (?:\w+ )?(?:chinh quyen|nha nuoc|che do|dang
    |chinh phu)|chong pha
tu tuong|quan diem|phan dong|ngoi im khong lam|ngung hoat dong vi cong nhan
(?:ban nhau|ru nhau|hen nhau|thong nhat) nghi|{PEOPLE} (?:tap trung|tu tap)|(?:chu tich|lam
    |thuoc|nguoi cua) (?:to truong )?nghiep doan
ung cu vao ban chap hanh|khong tin (?:vao )?dang|che do nay sap
(?:vu|cuoc|dot) (?:dinh|ngung viec|nghi viec)|ngung san xuat (?:de )?(?:doi|phan doi)
(?:tap trung|tu tap) (?:\w+ ){{0,6}}phan doi|phan doi (?:nha may|ban giam doc|viec)
(?:bau|cu|lam|la) (?:\w+ )?dai dien (?:cho )?(?:{PEOPLE}|nguoi lao dong)|dai dien cong nhan
(?:ky|vao) (?:vao )?(?:ban |la |don )?(?:kien nghi|thu chung|thu gui)
(?:rut|ra|roi) khoi (?:cong doan|nghiep doan)|dung dau (?:vu|cong doan|nghiep doan
    |nhom cong nhan)|nghiep doan nay
(?:cong doan|nghiep doan) (?:\w+ ){{0,4}}bau|thuong luong (?:voi|tang|ve)|thoa uoc
(?:hop|gap nhau) (?:tai|o) (?:nha|quan|phong)|cai dao|bo dao|nguoi cong giao
(?:dang|viet|chia se|share|post|dua) (?:bai|status|stt|tus|y kien)(?: viet
    | dang)? (?:\w+ ){{0,2}}(?:che|phe binh|phan doi|than phien|noi xau|dan chu|chinh)
(?:comment|binh luan|cmt) (?:phan doi|che|phe)|noi xau cong ty|(?:che|phe binh) cong ty
    |vi (?:dam )?len tieng
on strike|strikes (?:legal|lawful|illegal|allowed)|march(?:ing|ed)? (?:to|on|in|against)|(?:a
    |the|join|joining|joined|lead|leads|leading|lawful|legal|illegal) strike\b(?! (?:me|him
    |her)\b)|strike (?:action|everyone|on|at|this|next|now|today|tomorrow|pls|please)|(?:will
    |to|we) strike(?! (?:me|him|her|the|my|his|their|a|workers)\b)
walk(?:ed|ing|s)? ?outs?|stoppages?|union activists?|sign(?:ed|ing) a (?:letter|petition)
    |protest\w*|rally|demonstrations?|petition\w*|collective (?:letter|bargaining)
(?:form|forming|join|joining|joined|start|starting|organi[sz]e|organi[sz]ing|found|founding
    |create|set up) (?:a |an |the )?(?:independent |own )?(?:trade |labou?r )?union
    |trade unions?|independent union|union (?:committee|election|meeting)|about the union
secret meetings?|(?:workers|we|they) meet
religio\w*|christian\w*|islam\w*|muslims?|church|pray|prays|praying|prayers?|preach\w*
politic\w*|democracy|human rights|communis\w*
"""
"""Speaks of what is protected, wherever it stands."""

WEAK = rf"""
cong doan (?:cong ty |cua |co so |minh )*(?:bay gio|chi biet|la cua|lam viec|chang)|(?:thay
    |nghi) cong doan|cong doan (?:\w+ ){{0,2}}khong bao ve
(?:nha nuoc|quoc hoi|chinh phu|dang) (?:nen|can|phai)|luat (?:lao dong )?(?:bay gio |moi )?khong
khong dong y voi|che do (?:gi|nay)|(?:toi|em) nghi (?:la )?nha nuoc|(?:thay
    |nghi) (?:\w+ ){{0,6}}khong (?:cong bang|hop ly)
quyen loi (?:cho|cua) {PEOPLE}|hop mat|theo em nen|doi luat|nghi gi ve (?:nha nuoc|chinh phu
    |dang)
di le|di nhom|di nha tho|nghe giang
(?:^|\n)xuong duong (?:di|nao|thoi|cung)
(?:^|\n)(?:(?:luat|quyen|hoi ve) )?(?:ngung viec|strikes?|sit in)(?= *\W*(?:$|\n))
nghi lam mai|mai nghi het
hates? (?:the|this) government|the government should|criticis\w*|criticiz\w*
    |political opinions?|new law|do not agree with
"""
"""The same, but only in words that say nothing else: beside a story they are a part of it."""

DOUBTFUL = rf"""
phan doi|cong doan|nghiep doan|doan vien|ban chap hanh|ung cu|thuong luong|kien nghi
    |chinh phu|nha nuoc|chinh quyen|chu ky|ky vao|ky ten|thu chung|don chung
(?:doi|xin|yeu cau) (?:cong ty |giam doc )?(?:tang|gap|thuong|phu cap|quyen loi)
    |doi quyen loi|tu hop|doan ket|tieng noi rieng|vao hoi
(?:khong|hong) ai (?:\w+ )?(?:di lam|vao chuyen|vao xuong|lam|boc)|nghi het|khong lam de
(?:ca (?:xuong|chuyen|to|cong ty)|\d+ (?:nguoi|cong nhan)|{PEOPLE}) (?:\w+ ){{0,6}}(?:khong vao lam
    |ra ngoai dung|bo ra ngoai|ngoi lai khong)|tay chay
(?<!\bcho )(?<!\bbi )(?<!\bphai )(?<!\bcong ty )ngung viec(?! luong| vi\b| do\b)
sit in|stop(?:ping|ped)? work(?:ing)?|refus\w* to work together
di chua|(?:ru \w+ )?(?:vao|vo) dao|doc kinh|cung bai|thap huong|nha tho|thay tu|boc lot
government|union|opinions?|letter|no work|stay home|demand\w*|meeting|god|temple
"""
"""May be meant: the worker is asked, and is not turned away."""

MARKED = r"""
đảng(?! viên)|đạo(?! (?:đức|diễn|tặc))|biểu t\w+
"""
"""The same, of words that only their marks tell from others."""

STORY = r"""
(?<!\bco )bi (?!gi\b|sao\b)\w+|chung no|kiem chuyen
(?:giu|lay|thu|an) (?:\w+ ){0,2}(?:lai|het|qua)|pha (?:khoa|cua)|bo tron|tong tien|tich thu
    |phan anh nhieu lan
(?:hong|hu|loi|thieu|sai|gay|dut|het han|re|do|vo) (?:hoai|roi|het|nhieu)|dau (?:mat|dau|lung
    |tay|bung|gau)|doi (?:tien|danh)|cat tang ca|khong (?:duoc|cho) tang ca|si nhuc|rinh|vuot
    |so de
(?:no|giam|ngam|quyt|bung|om|treo|giu) (?:\w+ )?luong|luong (?:\w+ )?no\b|no (?:bhxh|bao hiem)
(?:khong|chua|cham|tre|thieu|bot) (?:\w+ ){0,2}(?:tra|phat|tinh|co|nhan)? ?(?:\w+ )?(?:luong
    |tien)|(?:tra|phat) luong (?:\w+ )?(?:cham|tre|thieu)|tra (?:thieu|cham|tre)
(?:tru|cat|phat|an chan|an bot) (?:\w+ ){0,2}(?:luong|tien|phi|chuyen can|com|\d+)
    |luong thang cuoi|luong thap hon|luong coc|luong toi thieu vung
(?:tang ca|lam them) (?:\w+ ){0,3}(?:khong|\d+ (?:tieng|gio))|khong (?:tinh|tra) tien
    |tien tang ca|don tu nguyen
bhxh|bhyt|bhtn|(?:so|tien|dong|the|no) bao hiem|chot so|thai san|mang bau|co bau
(?:(?<!\bco )bi|doa|ep|bat|cho) (?:\w+ ){0,2}(?:duoi|sa thai|nghi viec|thoi viec|ky)
    |duoi viec|sa thai|cho nghi(?! le| phep| tet)|(?:duoi|cat) (?:het|hop dong)|hop dong
    |giay trang|khong luong|khong phep
(?:bi|thi|no|rong|dang|hay|truong|ve|ly|doc|chong|nguoi|ho|danh) (?:\w+ ){0,3}(?:danh|dam|tat
    |dap|chui|chem|doa|bop co|nem)(?! (?:sach|gia|muc|cho|may tinh|may chu)\b)
danh (?:em|toi|nguoi|cong nhan|nhau|dap|gay|chay mau|bai|bac|1|2|\d|anh|chi|minh|no|con
    |vo)\b(?! gia)
tat em|tat cong nhan|dap (?:xe|pha)|hanh hung|chay mau|gay (?:tay|chan|rang)|de doa
    |doa (?:giet|danh|chem|duoi|cho|het|em)|hang doa|giet|chem|giang ho|xa hoi den|xam tro
    |con do|mang theo dao|nhot|giam long|bat coc|bao ke
chan (?:danh|xin|duong|duoi)|cuop|giat|trom|mat (?:xe|dien thoai|do|tien|cap|day)|cay khoa
    |lua (?:dao|tuyen|tien|cong)|lua|mao danh|chu ky cua em|gia chu ky|da cap|dong coc
    |tien coc|mat tich|om tien|lay (?:quy|tien)|quy cong doan
vay|lai ngay|nang lai|siet (?:no|xe)|tin dung den|bat ho|choi ho|chu ho|tat son|khung bo
    |doi no|the atm|cat lai
ghi de|lo de|danh bai|an tien|danh bac|co bac|ca do|tai xiu|xoc dia|ma tuy|choi da|hang trang
sam so|so mo|dung cham|ga gam|quay roi|hiep|xam hai|nhin trom|boi nho|do ngu|dan toc
    |phan biet doi xu|bi ky thi|ky thi (?:em|nguoi|dan toc)|khong nhan (?:vao|em)|muon tien
    |khong tra\b|khong phai cua em|bang luong|vao mat|ga gam
tai nan|dut (?:ngon |ban )?tay|dut ngon|te|nga|giat dien|bi giat|dien ho|chap (?!hanh)
    |(?<!\btay )chay|no tung|(?:hit|vi|nhieu|mui) khoi|khoi (?:bui|son|doc)|hoa chat|ngo doc|ngat
    |xiu|bi bong
    |bong (?:tay|chan|nang)|kiet suc|hit bui|bui|mui|bao ho|khau trang|che chan|an toan
    |may (?:\w+ )?(?:hong|hu|dap|dang chay)|het phanh|sap sap|bi sap|nut|thit oi|com thiu
    |thieu nuoc|mat nuoc|cat nuoc|nuoc (?:uong|thai)|nong|40 do|quat|lan can|chet|can chet
    |dau bung
thoat hiem|loi ra|binh chua chay|binh ga|xang|khoa cua|bi khoa|cua khoa|o dien|day dien
    |dien giat|den duong|tien dien
giu (?:\w+ ){0,2}(?:can cuoc|cccd|cmnd|ho chieu|giay to|bang|the)|ho chieu|tuoi lam|\d+ tuoi
    |khong cho (?:ra|ve|nghi|di)|lam \d+ tieng|lao dong tre em|cuong buc|tam tru
(?:cho qua|chay au)|dinh vi|bi benh|benh nghe|mac benh|om nang|trat tu
owe\w*|unpaid|salary|overtime|wages (?:are )?cut|cut (?:our|my)|our wages|my wages|keeps? my
    |keep our|fine[ds]?|fired|dismissed|contract|insurance
hit|slap\w*|beat\w*|strikes workers|threat\w*|attack\w*|gang|locked|lock|weapon|knife
    |harass\w*|touches|insults|dirty messages|broke my|stole\w*|steal\w*|fake|loan|borrowed
    |drugs|gambling
guard\b(?=.*machine)|no guard|masks|chemicals?|fell|injur\w*|accident|fire exit|gas bottles?
    |sparks|passports?|children|blocked|unsafe|burn\w*
"""
"""What this channel is for: with it, words are a story."""

CAUSE = r"""
^(?:\W|da |vang |thi |no |chac )*(?:vi|tai|do|boi|tai vi|boi vi)\b|^because
"""
"""Begins words that belong to what was told before."""
