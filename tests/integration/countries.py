"""A country database as MaxMind writes them (https://maxmind.github.io/MaxMind-DB/), of a few IPv4 networks."""
import ipaddress


def _text(value):
    return bytes([0x40 | len(value)]) + value.encode()


def _number(kind, value):
    content = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return (bytes([kind << 5 | len(content)]) if kind <= 7 else bytes([len(content), kind - 7])) + content


def _map(entries):
    return bytes([0xE0 | len(entries)]) + b"".join(_text(key) + value for key, value in entries.items())


def write_database(path, networks):
    """`networks`: their countries; any other address is in none."""
    nodes, data = [[None, None]], b""
    for network, country in networks.items():
        network = ipaddress.IPv4Network(network)
        bits = [int(network.network_address) >> (31 - i) & 1 for i in range(network.prefixlen)]
        node = 0
        for bit in bits[:-1]:
            if nodes[node][bit] is None:
                nodes.append([None, None])
                nodes[node][bit] = len(nodes) - 1
            node = nodes[node][bit]
        nodes[node][bits[-1]] = ("data", len(data))
        data += _map({"country": _map({"iso_code": _text(country)})})

    def record(value):
        place = len(nodes) if value is None else len(nodes) + 16 + value[1] if isinstance(value, tuple) else value
        return place.to_bytes(3, "big")
    metadata = {"binary_format_major_version": _number(5, 2), "binary_format_minor_version": _number(5, 0),
                "build_epoch": _number(9, 1_790_000_000), "database_type": _text("Country"),
                "description": _map({}), "ip_version": _number(5, 4), "languages": bytes([0, 4]),
                "node_count": _number(6, len(nodes)), "record_size": _number(5, 24)}
    with open(path, "wb") as file:
        file.write(b"".join(record(value) for node in nodes for value in node) + bytes(16) + data +
                   b"\xab\xcd\xefMaxMind.com" + _map(metadata))
