"""Live values as flat varyings, the form in which a software rasteriser reads them cheaply.

Mesa's llvmpipe fetches a uniform again for every use and every block of pixels, and compiles
hundreds of them for seconds; what a vertex hands on unchanged lies ready in a register. GPUs keep
uniforms in registers by themselves and get the text as it is.
"""

import re

# OpenGL 4.3 promises 128 components between the stages; four are the position's.
MOST_COMPONENTS = 120
_COMPONENTS = {"float": 1, "vec2": 2, "vec3": 3, "vec4": 4, "mat3": 9}
_UNIFORM = re.compile(r"^uniform (float|vec[234]|mat3) (\w+);$", re.MULTILINE)


def flattened(vertex: str, fragment: str) -> tuple[str, str, dict[str, str]]:
    """Both shaders with the fragment's uniforms moved to the vertex, and their new names.

    The names of the moved ones lead to those of the vertex shader's uniforms. What would exceed the
    components between the stages stays a uniform, and so do samplers and arrays.
    """
    moved: dict[str, str] = {}
    declared, handed = [], []
    left = MOST_COMPONENTS
    for glsl, name in _UNIFORM.findall(fragment):
        if _COMPONENTS[glsl] > left:
            continue
        left -= _COMPONENTS[glsl]
        moved[name] = f"{name}_live"
        declared.append(f"uniform {glsl} {name}_live;\nflat out {glsl} {name};")
        handed.append(f"    {name} = {name}_live;")

    def as_input(found: re.Match[str]) -> str:
        return f"flat in {found[1]} {found[2]};" if found[2] in moved else found[0]

    if not moved:
        return vertex, fragment, {}
    head, main, body = vertex.partition("void main()\n{\n")
    whole = "\n".join([head + "\n".join(declared), main + "\n".join(handed), body])
    return whole, _UNIFORM.sub(as_input, fragment), moved
