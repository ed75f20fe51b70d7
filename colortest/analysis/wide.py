"""The names in the wide table of AMT_Real_vs_Fake, for who writes it and for who reads it. Pure."""

WORKER = "WorkerId"  # in our export the participant's number
REAL = "gt"  # the folder of the photos
# Of one trial, each followed by the trial's number: the side of the photo, both images, the side taken for the fake.
PARTS = ("Input.gt_side", "Input.images_left", "Input.images_right", "Answer.selection")
