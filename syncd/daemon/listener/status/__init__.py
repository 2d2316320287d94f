"""The status page: one page, rendered here, without a script.

``delays`` the numbers of the plot, ``charts`` the pictures, ``view`` what the page says,
``page`` the template with its style and policy.
"""
