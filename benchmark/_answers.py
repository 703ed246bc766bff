"""Which types an answer may have. What is not of them is a fault of the test's, told with where it is."""

import inspect
import itertools

# Types of buffers that were seen: of a type that is known nothing more is asked.
BUFFERS = {bytes, bytearray, memoryview}


class WrongType(TypeError):
    """An answer that is none. verb: the request's; found, wanted: a few words each."""

    def __init__(self, verb, found, wanted):
        super().__init__(f"{verb} returned {found}, not {wanted}")
        self.verb = verb
        self.found = found
        self.wanted = wanted


def is_buffer(answer):
    """Whether it can be read as bytes without a copy; a new type is noted in BUFFERS."""
    if type(answer) in BUFFERS:
        return True
    try:
        memoryview(answer).release()
        len(answer)
    except (TypeError, ValueError, BufferError):
        return False
    BUFFERS.add(type(answer))
    return True


def check(verb, answer):
    """Raises WrongType unless the answer is of a type that the verb returns."""
    if verb == "head":
        if isinstance(answer, bool) or not hasattr(answer, "__index__"):
            raise WrongType(verb, words(answer), "an integer")
    elif verb == "get_ranges":
        check_list(verb, answer, "a list of bytes")
        for part in answer:
            if not is_buffer(part):
                raise WrongType(verb, f"a list that holds {words(part)}", "a list of bytes")
    elif verb == "list":
        check_list(verb, answer, "a list of names")
        for name in itertools.islice(answer, 1):
            if not isinstance(name, str):
                raise WrongType(verb, f"a list that holds {words(name)}", "a list of names")
    elif not is_buffer(answer):
        raise WrongType(verb, words(answer), "bytes")


def check_list(verb, answer, wanted):
    is_text = isinstance(answer, (str, bytes, bytearray, memoryview, dict))
    if is_text or not (hasattr(answer, "__len__") and hasattr(answer, "__iter__")):
        raise WrongType(verb, words(answer), wanted)


def words(answer):
    """Returns what it is: "None", "a str", "a coroutine (is an await missing?)"."""
    if answer is None:
        return "None"
    name = type(answer).__name__
    more = " (is an await missing?)" if inspect.isawaitable(answer) else ""
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}{more}"
