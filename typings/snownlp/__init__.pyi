from snownlp import sentiment as sentiment
