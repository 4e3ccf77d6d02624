"""Upload a picture of a digit, and see what it is read as."""

import streamlit as st

from image_io import PICTURE_ENDINGS, ImageError, read_image
from views.reading import get_recognizer, show_reading


def main() -> None:
    """Lay out the view: the picture on the left, the reading on the right."""
    st.title("Upload a digit")
    recognizer = get_recognizer()
    upload = st.file_uploader(
        "A photo, scan or drawing of one digit",
        type=sorted(ending.removeprefix(".") for ending in PICTURE_ENDINGS),
        key="upload",
    )
    if upload is None:
        st.info("Dark on light or light on dark: either is read.", icon=":material/image:")
        return
    try:
        image = read_image(upload.getvalue())
    except ImageError as error:
        st.error(str(error), icon=":material/error:")
        return
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.image(image, caption=upload.name)
    with right:
        prediction = recognizer.recognize(image)
        if prediction.status == "blank":
            st.info("There is no ink on this picture.", icon=":material/visibility_off:")
        else:
            show_reading(prediction)


main()
