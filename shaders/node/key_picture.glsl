// A key, 0..1, as the signal of a grey picture.
vec3 key_picture(float k)
{
    return vec3(k);
}
