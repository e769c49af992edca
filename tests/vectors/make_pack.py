"""Writes clickbank_pack.jsonl from the other files of this folder, with Python's hashlib and the openssl program: none of the code that the
pack is to test. Run it in this folder: python3 make_pack.py"""

import base64, hashlib, json, subprocess
from urllib.parse import parse_qsl, urlencode

cases = []


def case(interface, name, origin, text, expect, secret=None, **more):
    line = {"interface": interface, "name": name, "origin": origin, "secret": secret, "input": text, "expect": expect, **more}
    cases.append({key: value for key, value in line.items() if value is not None})


def lines(name):
    return [json.loads(line) for line in open(name, encoding="utf-8")]


def decrypt(secret, iv, ciphertext):
    key = hashlib.sha1(secret.encode()).hexdigest()[:32].encode().hex()
    command = ["openssl", "enc", "-d", "-aes-256-cbc", "-K", key, "-iv", iv.hex()]
    done = subprocess.run(command, input=ciphertext, capture_output=True)
    return done.stdout.decode() if done.returncode == 0 else None


def ins(name, origin, secret, notification, iv, known=None):
    body = json.dumps({"notification": notification, "iv": iv})
    plaintext = decrypt(secret, base64.b64decode(iv), base64.b64decode(notification))
    assert plaintext is not None and known in (None, plaintext)
    case("ins", name, origin, body, {"plaintext": plaintext}, secret)
    # What must be refused, all alike.
    case("ins", name + ", the secret in lower case", origin, body, {"refused": True}, secret.lower())
    flipped = bytearray(base64.b64decode(notification))
    flipped[-1] ^= 1
    flipped = json.dumps({"notification": base64.b64encode(flipped).decode(), "iv": iv})
    case("ins", name + ", the last bit changed", origin, flipped, {"refused": True}, secret)


real = json.load(open("ins_v6_0_aes_real_pyramid_bimt.json"))
published = "sent by ClickBank on 2014-12-20; published with its secret in github.com/persho/pyramid_bimt, docs/develop.rst"
ins("6.0, a real one", published, real["secret"], real["notification"], real["iv"], real["plaintext"])
for line in lines("ins_samples_encrypted_openssl.jsonl"):
    plaintext = open(line["sample"], encoding="utf-8").read()
    origin = f"{line['sample']} (see README.md), encrypted by OpenSSL"
    name = line["sample"].removeprefix("ins_sample_").removesuffix(".json")
    ins(name, origin, line["secret"], line["notification"], line["iv"], plaintext)

FIRST = json.load(open("form_v1_0_cverify_niteoweb_clickbank.json"))["field_order"]


NOT_OF_1 = ("ccustfullname", "ctransrole", "corderamount", "caccountamount", "ccurrency", "ctid")


def check(parameters, secret, version):
    names = FIRST if version == "1.0" else sorted((name for name in parameters if name != "cverify"), key=str.encode)
    text = "|".join([parameters.get(name, "") for name in names] + [secret])
    return hashlib.sha1(text.encode()).hexdigest()[:8].upper()


def form(name, origin, secret, body):
    parameters = dict(parse_qsl(body, keep_blank_values=True, encoding="utf-8", errors="strict"))
    version = parameters.get("cnoticeversion") or ("2.0" if any(name in parameters for name in NOT_OF_1) else "1.0")
    # The check of a forgery is right: that is what makes it one.
    right = check(parameters, secret, version) == parameters["cverify"]
    assert right or not name.startswith("a forgery"), name
    right = right and not name.startswith("a forgery")
    told = FIRST + ["ctranstime"] if version == "1.0" else [name for name in parameters if name != "cverify"]
    signed = {key: value for key, value in parameters.items() if key in told}
    case("form", name, origin, body, {"version": version, "parameters": signed} if right else {"refused": True}, secret)
    case("form", name + ", the secret in lower case", origin, body, {"refused": True}, secret.lower())


# These verify and are no notification, or are not UTF-8.
LEFT_OUT = ("latin-1", "no time", "a time that", "no transaction", "no receipt", "a receipt over")
for line in lines("form_made_hashlib.jsonl"):
    if not line["name"].startswith(LEFT_OUT):
        form(line["name"], "made with Python's hashlib", line["secret"], line["body"])
posts = json.load(open("form_v4_0_cverify_django_clickbank.json"))
for number, post in enumerate(posts["posts"]):
    form(f"4.0, real post {number}", posts["origin"], posts["secret"], urlencode(post))

for line in lines("thankyou.jsonl"):
    parameters = dict(parse_qsl(line["query"]))
    secret = line["secret"]
    if "params" in parameters:
        text = decrypt(secret, base64.b64decode(parameters["iv"]), base64.b64decode(parameters["params"]))
        try:
            inside = json.loads(text)
        except (TypeError, ValueError):
            inside = {}
        inside = inside if isinstance(inside, dict) else {}
        shown = {key: str(inside[key]) for key in ("cbreceipt", "time", "item") if key in inside}
    else:
        shown = {key: parameters[key] for key in ("cbreceipt", "time", "item")}
        text = "|".join([secret, shown["cbreceipt"], shown["time"], shown["item"]])
        right = hashlib.sha1(text.encode()).hexdigest()[:8].upper() == parameters["cbpop"]
        assert right != line["name"].startswith("refused"), line["name"]
    refused = line["name"].startswith("refused")
    origin = line.get("origin", "made with Python's hashlib and OpenSSL")
    case("thank_you", line["name"], origin, line["query"], {"refused": True} if refused else shown, secret)

for line in lines("hoplinks.jsonl"):
    expect = {key: line[key] for key in ("form", "affiliate", "vendor", "code") if key in line}
    if "form" in line:
        case("link", line["name"], line["origin"], line["url"], expect)

with open("clickbank_pack.jsonl", "w", encoding="utf-8") as out:
    for line in cases:
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
print(len(cases))
