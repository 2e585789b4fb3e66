"""A program that uses PAM, with an answer for every prompt: libpam as a host program calls it (pam(3))."""
import base64
import ctypes
import hashlib
import hmac
import struct
import time

PAM_SUCCESS, PAM_CONV_ERR = 0, 19
PAM_RHOST = 4
ECHO_OFF, ECHO_ON = 1, 2


class _Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]


class _Response(ctypes.Structure):
    _fields_ = [("text", ctypes.c_void_p), ("code", ctypes.c_int)]


_Conversation = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.POINTER(_Message)),
                                 ctypes.POINTER(ctypes.POINTER(_Response)), ctypes.c_void_p)


class _Conv(ctypes.Structure):
    _fields_ = [("function", _Conversation), ("data", ctypes.c_void_p)]


def authenticate(service, user, answer, host="192.0.2.7"):
    """What pam_authenticate returns. `answer` gives the answer to the text of a prompt."""
    libc, libpam = ctypes.CDLL("libc.so.6"), ctypes.CDLL("libpam.so.0")
    libc.calloc.restype = libc.strdup.restype = ctypes.c_void_p
    libpam.pam_set_item.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p]
    libpam.pam_authenticate.argtypes = libpam.pam_end.argtypes = [ctypes.c_void_p, ctypes.c_int]

    @_Conversation
    def converse(count, messages, responses, _):
        try:
            replies = ctypes.cast(libc.calloc(count, ctypes.sizeof(_Response)), ctypes.POINTER(_Response))
            for number in range(count):
                message = messages[number].contents
                if message.style in (ECHO_OFF, ECHO_ON):
                    replies[number].text = libc.strdup(answer(message.text.decode(errors="replace")).encode())
            responses[0] = replies
            return PAM_SUCCESS
        except Exception:  # nothing may leave a callback from C
            return PAM_CONV_ERR

    handle = ctypes.c_void_p()
    conv = _Conv(converse, None)
    assert libpam.pam_start(service.encode(), user.encode(), ctypes.byref(conv), ctypes.byref(handle)) == PAM_SUCCESS
    libpam.pam_set_item(handle, PAM_RHOST, host.encode())
    result = libpam.pam_authenticate(handle, 0)
    libpam.pam_end(handle, result)
    return result


def totp(secret, step=None):
    """RFC 6238 with the usual parameters; as oathtool says it, without a process for each."""
    key = base64.b32decode(secret)
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30 if step is None else step), hashlib.sha1)
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
