class _Counts:
    d: dict[str, float]
    total: float
    none: float

class _Bayes:
    d: dict[str, _Counts]
    def classify(self, x: list[str]) -> tuple[str, float]: ...

class Sentiment:
    classifier: _Bayes

classifier: Sentiment

def classify(sent: str) -> float: ...
