"""What the world may refuse: everything that is not a defect of the program itself."""


class Refused(Exception):
    """The world said no, and a person can do something about it.

    `code` names the sentence in `resources/i18n/messages.json`; `facts` fill its gaps. Anything else that is raised
    is a defect: it is logged and apologised for, never explained.
    """

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        if not self.facts:
            return self.code
        return f"{self.code} ({', '.join(f'{name}={value}' for name, value in self.facts.items())})"
