#!/usr/bin/python -*- coding: utf-7 -*-
# kind: source
# stdin: WA
# function: WA
# code: WA
x = "+ACIAOw-import os+ADs-os._exit(0)+ADs-+ACI-"


def solve(a, b):
    return x


print(x)
