from __future__ import annotations

from django.urls import path

from yinuo.faces.reviews import staff as reviews

urlpatterns = [
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/<int:review_id>/", reviews.review, name="service_review"),
    path("items/<int:item_id>/review-code/", reviews.counter_code, name="review_code"),
]
