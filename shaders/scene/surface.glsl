// What a pixel shows, as the passes tell one another, and how its samples are averaged.
// Domain: codes kept in a float channel; scene-linear colours. Source: original.

const float SKY = 0.0;
const float FLOOR = 1.0;
const float WALL = 2.0;
const float MESA = 3.0;
const float PROP = 4.0;
const float SUBJECT = 5.0;

// Premultiplied colour and weight of a sample: bright samples weigh less, or an outline against
// the clipping sky would stay jagged however many samples it had.
vec4 averaged(vec3 light) {
    float weight = 1.0 / (1.0 + dot(light, vec3(0.2126, 0.7152, 0.0722))); // BT.709 luminance
    return vec4(light, 1.0) * weight;
}
