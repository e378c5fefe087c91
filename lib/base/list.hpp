// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/types.hpp"

namespace base {

// Intrusive doubly linked ring. An object is on a list through its ListNode<T> base; it must leave
// the list before it dies.
template <class T>
class ListNode {
 public:
  constexpr ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;
  bool linked() const { return next_ != nullptr; }
  void unlink() {
    if (!linked()) return;
    prev_->next_ = next_;
    next_->prev_ = prev_;
    next_ = prev_ = nullptr;
  }

 private:
  template <class>
  friend class List;
  ListNode* next_ = nullptr;
  ListNode* prev_ = nullptr;
};

template <class T>
class List {
 public:
  using Node = ListNode<T>;
  constexpr List() = default;
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  bool empty() const { return head_.next_ == nullptr || head_.next_ == &head_; }
  T* front() { return empty() ? nullptr : object(head_.next_); }
  T* next(T* of) {
    Node* n = static_cast<Node*>(of)->next_;
    return n == &head_ ? nullptr : object(n);
  }
  T* prev(T* of) {
    Node* n = static_cast<Node*>(of)->prev_;
    return n == &head_ ? nullptr : object(n);
  }
  T* back() { return empty() ? nullptr : object(head_.prev_); }
  void push_back(T& o) { insert_before(&head_, o); }
  void push_front(T& o) {
    anchor();
    insert_before(head_.next_, o);
  }
  void insert_before(T& place, T& o) { insert_before(static_cast<Node*>(&place), o); }
  T* pop_front() {
    T* first = front();
    if (first) static_cast<Node*>(first)->unlink();
    return first;
  }

  class Iterator {
   public:
    // The successor is read first: the body of a loop may unlink the current object, no other.
    Iterator(Node* at, Node* end) : at_(at), end_(end), next_(at == end ? end : at->next_) {}
    T& operator*() const { return *object(at_); }
    Iterator& operator++() {
      at_ = next_;
      if (at_ != end_) next_ = at_->next_;
      return *this;
    }
    bool operator!=(const Iterator& o) const { return at_ != o.at_; }

   private:
    Node *at_, *end_, *next_;
  };
  Iterator begin() {
    anchor();
    return Iterator(head_.next_, &head_);
  }
  Iterator end() { return Iterator(&head_, &head_); }

 private:
  static T* object(Node* n) { return static_cast<T*>(n); }
  void anchor() {
    if (!head_.next_) head_.next_ = head_.prev_ = &head_;
  }
  void insert_before(Node* place, T& o) {
    anchor();
    Node* n = &o;
    n->next_ = place;
    n->prev_ = place->prev_;
    place->prev_->next_ = n;
    place->prev_ = n;
  }
  Node head_;
};

}  // namespace base
