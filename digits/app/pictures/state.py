"""What one visit keeps of the view of pictures, apart from its widgets."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from digits.app.pictures.gallery import BroughtPicture, Gallery


@dataclass
class PicturesState:
    """The pictures of a visit, and where they came from.

    Attributes:
        gallery: the pictures and their readings.
        uploader_turn: number of the uploader that is shown; another one lists no files.
        taken: index in the gallery of each file that this uploader lists.
        photos: how many the camera took.
        is_full: whether a picture was refused since that was last said.
    """

    gallery: Gallery = field(default_factory=Gallery)
    uploader_turn: int = 0
    taken: dict[str, int] = field(default_factory=dict)
    photos: int = 0
    is_full: bool = False

    def take(self, name: str, data: bytes) -> BroughtPicture | None:
        """Take one file, and remember when there was no room."""
        picture = self.gallery.add(name, data)
        self.is_full |= picture is None
        return picture

    def take_uploads(self, files: Sequence[UploadedFile]) -> None:
        """Take what is new in the uploader, and let go of what was removed there."""
        for file in files:
            if file.file_id not in self.taken and (
                picture := self.take(file.name, file.getvalue())
            ):
                self.taken[file.file_id] = picture.index
        present = {file.file_id for file in files}
        gone = [self.taken.pop(file_id) for file_id in list(self.taken) if file_id not in present]
        for index in gone:
            if index not in self.taken.values():  # the same file may have been brought twice
                self.gallery.remove(index)

    def take_photo(self, photo: UploadedFile | None) -> None:
        """Take the camera's photo, if it holds one; letting it go there keeps it here."""
        if photo is not None:
            self.photos += 1
            self.take(f"photo {self.photos}.jpg", photo.getvalue())

    def remove(self, picture: BroughtPicture | None) -> None:
        """Let go of one picture, or of all; the next uploader lists none."""
        if picture is None:
            self.gallery.clear()
        else:
            self.gallery.remove(picture.index)
        self.uploader_turn += 1
        self.taken.clear()


def pictures_state() -> PicturesState:
    """Return the state of this visit."""
    state: PicturesState = st.session_state.setdefault("pictures", PicturesState())
    return state
