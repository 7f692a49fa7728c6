"""The encoder and decoder that the other tests speak through, against wire format facts recorded elsewhere.

Facts: cases.jsonl of the suite milter-wire under THRESH_SHARED_DIR; without it this is skipped.
"""
import json
import os
import re
import sys
import unittest

import wire

SKIP = 77


def facts():
    path = os.path.join(os.environ.get("THRESH_SHARED_DIR", ""), "suites/milter-wire/cases.jsonl")
    if not os.environ.get("THRESH_SHARED_DIR") or not os.path.exists(path):
        print("SKIPPED: THRESH_SHARED_DIR names no folder with suites/milter-wire", file=sys.stderr)
        sys.exit(SKIP)
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def plain(name):
    """The argument of a call or keyword as text: name='...' or a bytes/enum word after it."""
    return lambda expression: re.search(rf"{name}=(?:b?'([^']*)'|(\d+))", expression)


def argument(expression, name):
    found = plain(name)(expression)
    return found and (found[1] if found[1] is not None else found[2])


DECODERS = {
    "options_negotiate_invalid": wire.decode_optneg,
    "define_macro_ok": wire.decode_macro,
    "define_macro_invalid": wire.decode_macro,
    "connect_ok": wire.decode_connect,
    "connect_invalid": wire.decode_connect,
    "helo_ok": wire.decode_helo,
    "helo_invalid": wire.decode_helo,
    "header_ok": wire.decode_header,
    "header_invalid": wire.decode_header,
    "body_chunk": bytes,
    "unknown_ok": bytes,
}


class Facts(unittest.TestCase):
    def test_commands_are_decoded_as_recorded_and_malformed_ones_refused(self):
        seen = 0
        for fact in facts():
            group = fact["id"].split("/")[1]
            if group not in DECODERS:
                continue
            seen += 1
            with self.subTest(fact["id"]):
                values = fact["values"]
                data = bytes.fromhex(values["data"]["hex"])
                if fact["expect_error"]:
                    with self.assertRaises(wire.WireError):
                        DECODERS[group](data)
                    continue
                self.check(group, values, DECODERS[group](data), data)
        self.assertGreater(seen, 40)

    def check(self, group, values, decoded, data):
        # Recorded texts show bytes that are not UTF-8, in host names those that are not ASCII, as \xNN.
        if group == "helo_ok":
            self.assertEqual(decoded.decode("ascii", "backslashreplace"), values["expected_hostname"])
        elif group == "header_ok":
            self.assertEqual(decoded[0].decode(), values["name"])
            self.assertEqual(decoded[1].decode("utf-8", "backslashreplace"), values["text"])
        elif group == "define_macro_ok":
            self.assertEqual({k.decode(): v.decode() for k, v in decoded[1].items()}, values["expected_macros"])
            self.assertEqual(wire.macro(decoded[0], decoded[1]), data)
        elif group == "connect_ok":
            expected = values["expected_connection_info_args"]["expr"]
            name, family, port, address = (decoded[0].decode(), decoded[1], decoded[2], decoded[3].decode())
            if family == b"U":
                self.assertEqual(name, argument(expected, "description"))
            elif family == b"L":
                self.assertEqual(address, argument(expected, "path"))
            else:
                self.assertEqual(name, argument(expected, "hostname"))
                self.assertEqual(str(port), argument(expected, "port"))
                self.assertIn(f"Address('{address}')", expected)
            self.assertEqual(wire.connect(decoded[0], family, port, decoded[3]), data)

    def test_answers_are_encoded_and_decoded_as_recorded(self):
        seen = 0
        for fact in facts():
            group, values = fact["id"].split("/")[1], fact["values"]
            payload = bytes.fromhex((values.get("payload") or values.get("expected_payload") or {"hex": ""})["hex"])
            if fact["expect_error"] or not payload or group.startswith("options_negotiate"):
                continue
            seen += 1
            with self.subTest(fact["id"]):
                kind, rest = payload[:1], payload[1:]
                decoded = wire.decode_answer(kind, rest)
                if kind == wire.REPLYCODE:
                    expression = values["call"]["expr"]
                    codes = [tuple(re.findall(r"\d", group)) for group in re.findall(r"code=\(([^)]*)\)", expression)]
                    code = "".join(codes[0]).encode()
                    enhanced = ".".join(codes[1]).encode() if len(codes) > 1 else b""
                    text = (argument(expression, "text") or "").encode()
                    self.assertEqual(decoded, (code, enhanced, text))
                    self.assertEqual(wire.replycode(code, enhanced, text), rest)
                elif kind == wire.ADDHEADER:
                    expected = tuple(part.encode() for part in values["name_text_tuple"])
                    self.assertEqual(decoded, expected)
                    self.assertEqual(wire.header(*expected), rest)
                elif kind in (wire.INSHEADER, wire.CHGHEADER):
                    expression = values.get("insertheader", values.get("changeheader"))["expr"]
                    index = int(argument(expression, "index") or argument(expression, "nth_occurrence"))
                    expected = (index, argument(expression, "headername").encode(), argument(expression, "headertext").encode())
                    self.assertEqual(decoded, expected)
                    self.assertEqual(wire.insheader(*expected), rest)
                elif kind in (wire.ADDRCPT, wire.DELRCPT, wire.CHGFROM):
                    self.assertIn(f"'{decoded.decode()}'", values["call"]["expr"])
                elif kind == wire.REPLBODY:
                    self.assertEqual(decoded, b"foobar")
        self.assertGreater(seen, 20)

    def test_a_filter_s_negotiation_and_its_list_of_macros(self):
        seen = 0
        for fact in facts():
            if not fact["id"].split("/")[1].startswith("options_negotiate") or fact["expect_error"]:
                continue
            seen += 1
            with self.subTest(fact["id"]):
                values = fact["values"]
                payload = bytes.fromhex((values.get("payload") or values["payload_expected"])["hex"])
                version, actions, steps, symbols = wire.decode_optneg(payload[1:])
                self.assertEqual(version, 6)
                self.assertEqual(wire.OPTNEG + wire.optneg(version, actions, steps, symbols), payload)
                wanted = values.get("set_symbolslist_commands", {"expr": ""})["expr"]
                names = {name.decode() for listed in symbols.values() for name in listed}
                self.assertEqual(names, set(re.findall(r"'([^']+)'", wanted)))
                expression = values.get("flags", {"expr": ""})["expr"]
                self.assertEqual(bool(actions & wire.F_ADDHDRS), "can_add_headers=True" in expression)
                self.assertEqual(not steps & wire.P_NODATA, "call_data=True" in expression)
        self.assertEqual(seen, 6)


if __name__ == "__main__":
    facts()
    unittest.main(verbosity=2)
